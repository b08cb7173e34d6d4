// Every icon that pages use, by the name they use it by. Drawings are lucide's.

import {
  Activity, Bell, Blocks, CalendarDays, Camera, Check, ChevronDown, ChevronLeft, ChevronRight, ChevronUp, CircleAlert, CircleCheck, CircleCheckBig, CircleHelp, CircleUser, Clapperboard,
  Copy,
  Download, Ellipsis, Eye, EyeOff, Film, Funnel, Gauge, Grid2x2, HardDrive, Image, Inbox, Info, Keyboard, KeyRound, Layers, LayoutGrid,
  Link, Lock, LogOut, Maximize, Menu, 
  Minus,Monitor, Moon, Pause, Pencil, Play, Plus, Puzzle, Redo2, RefreshCw, 
  ScrollText, Search,Settings, Share2, Shield, Square, Sun, Tag, Trash2, TriangleAlert, Undo2, 
  Upload,User, Users, VideoOff, Wifi, WifiOff, X,
} from "lucide"; // biome-ignore format: one list

export const ICONS = {
  activity: Activity, add: Plus, alert: CircleAlert, back: ChevronLeft, bell: Bell, calendar: CalendarDays, camera: Camera, check: Check,
  close: X, connected: Wifi, delete: Trash2, disconnected: WifiOff, disk: HardDrive, down: ChevronDown,
  download: Download, edit: Pencil, eye: Eye, "eye-off": EyeOff, film: Film, filter: Funnel, full: Maximize, group: Layers,
  help: CircleHelp, image: Image, inbox: Inbox, info: Info, key: KeyRound, keyboard: Keyboard, link: Link, lock: Lock, menu: Menu,
  moment: Clapperboard, monitor: Monitor, moon: Moon, more: Ellipsis, next: ChevronRight, offline: VideoOff, out: LogOut, panel: Blocks,
  pause: Pause, person: User, people: Users, play: Play, plugin: Puzzle, refresh: RefreshCw, reviewed: CircleCheckBig, role: Shield,
  audit: ScrollText, search: Search, settings: Settings, share: Share2, status: Gauge, stop: Square, streams: Grid2x2,
  sun: Sun, tag: Tag, redo: Redo2, undo: Undo2, up: ChevronUp, user: CircleUser, waits: CircleCheck, wall: LayoutGrid, warning: TriangleAlert,
  copy: Copy,
  less: Minus,
  upload: Upload,
} as const; // biome-ignore format: one list

export type IconName = keyof typeof ICONS;
